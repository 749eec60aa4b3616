//! Invented people: names from lists by country, addresses in streets that do not exist, telephone numbers and e-mail
//! addresses that reach nobody.

use std::fmt;

use chrono::{Datelike as _, Days, Months, NaiveDate};
use entity::codes::{AgeBand, GenderStatistical, LanguageLevel};

use crate::demo::dice::Dice;

/// Where people come from, and what follows from it.
struct Country {
    /// How many of a hundred and thirty come from there.
    weight: u32,
    nationality_group: &'static str,
    /// Groups of residence titles with their weights.
    residence: &'static [(&'static str, u32)],
    languages: &'static str,
    /// The earliest month of arrival as year and month; none for people who were born here.
    arrived_from: Option<(i32, u32)>,
    women: &'static [&'static str],
    men: &'static [&'static str],
    families: &'static [&'static str],
    /// How a woman's family name differs: its ending is replaced.
    womens_ending: Option<(&'static str, &'static str)>,
}

const EU: &[(&str, u32)] = &[("EU_FREE_MOVEMENT", 100)];
const ASYLUM: &[(&str, u32)] = &[
    ("HUMANITARIAN_RECOGNISED", 45),
    ("ASYLUM_PROCEDURE", 16),
    ("TOLERATED", 9),
    ("OPPORTUNITY_104C", 12),
    ("WELL_INTEGRATED_25A_25B", 5),
    ("FAMILY", 6),
    ("OTHER_HUMANITARIAN", 4),
    ("UNKNOWN_OR_NOT_RECORDED", 3),
];

const UKRAINE: Country = Country {
    weight: 27,
    nationality_group: "UKRAINE",
    residence: &[("TEMPORARY_PROTECTION_24", 95), ("FICTION_CERTIFICATE", 5)],
    languages: "Ukrainisch, Russisch",
    arrived_from: Some((2022, 3)),
    women: &["Olena", "Iryna", "Natalija", "Oksana", "Tetjana", "Kateryna", "Julija", "Switlana", "Marija", "Alina"],
    men: &["Oleksandr", "Andrij", "Serhij", "Mykola", "Wolodymyr", "Dmytro", "Iwan", "Jurij", "Bohdan", "Taras"],
    families: &[
        "Kowalenko",
        "Bondarenko",
        "Tkatschenko",
        "Krawtschenko",
        "Schewtschenko",
        "Melnyk",
        "Bojko",
        "Polischtschuk",
        "Lysenko",
        "Rudenko",
        "Sawtschuk",
        "Hontschar",
        "Marchenko",
        "Petrenko",
    ],
    womens_ending: None,
};

const COUNTRIES: &[Country] = &[
    UKRAINE,
    Country {
        weight: 20,
        nationality_group: "MAIN_ASYLUM_COUNTRIES",
        residence: ASYLUM,
        languages: "Arabisch",
        arrived_from: Some((2014, 6)),
        women: &["Amal", "Rima", "Hanan", "Nour", "Layla", "Fatima", "Rania", "Samira", "Yasmin", "Dima"],
        men: &["Mohammad", "Ahmad", "Khaled", "Omar", "Bassel", "Yousef", "Ibrahim", "Anas", "Tarek", "Mahmoud"],
        families: &[
            "al-Hassan",
            "Haddad",
            "Khalil",
            "al-Khatib",
            "Najjar",
            "Darwish",
            "Sabbagh",
            "Hamdan",
            "Kassab",
            "al-Ahmad",
            "Mansour",
            "Ibrahim",
            "Issa",
            "Barakat",
        ],
        womens_ending: None,
    },
    Country {
        weight: 12,
        nationality_group: "EU_SOUTH_EAST",
        residence: EU,
        languages: "Bulgarisch, Türkisch",
        arrived_from: Some((2012, 1)),
        women: &[
            "Marija",
            "Elena",
            "Desislawa",
            "Gergana",
            "Iwanka",
            "Radka",
            "Stojanka",
            "Petja",
            "Silwija",
            "Ajsche",
        ],
        men: &["Georgi", "Iwan", "Dimitar", "Stojan", "Hristo", "Petar", "Nikolaj", "Todor", "Assen", "Mehmed"],
        families: &[
            "Iwanow", "Georgiew", "Dimitrow", "Petrow", "Stojanow", "Nikolow", "Todorow", "Angelow", "Asenow",
            "Mihajlow",
        ],
        womens_ending: Some(("", "a")),
    },
    Country {
        weight: 13,
        nationality_group: "EU_SOUTH_EAST",
        residence: EU,
        languages: "Rumänisch",
        arrived_from: Some((2012, 1)),
        women: &["Maria", "Elena", "Ioana", "Mihaela", "Andreea", "Daniela", "Gabriela", "Ana", "Cristina", "Florina"],
        men: &["Ion", "Andrei", "Mihai", "Gheorghe", "Cristian", "Adrian", "Florin", "Vasile", "Marius", "Ștefan"],
        families: &[
            "Popescu",
            "Ionescu",
            "Popa",
            "Radu",
            "Dumitru",
            "Stan",
            "Stoica",
            "Gheorghiu",
            "Munteanu",
            "Lăcătuș",
            "Ciobanu",
            "Rusu",
        ],
        womens_ending: None,
    },
    Country {
        weight: 11,
        nationality_group: "MAIN_ASYLUM_COUNTRIES",
        residence: ASYLUM,
        languages: "Dari, Paschtu",
        arrived_from: Some((2015, 1)),
        women: &["Zahra", "Fatima", "Maryam", "Parwin", "Shabnam", "Nazanin", "Farida", "Latifa"],
        men: &["Ali", "Hamid", "Farid", "Najib", "Abdul Rahim", "Karim", "Jawad", "Reza"],
        families: &["Ahmadi", "Rahimi", "Hosseini", "Noori", "Karimi", "Haidari", "Sharifi", "Amiri", "Stanekzai"],
        womens_ending: None,
    },
    Country {
        weight: 7,
        nationality_group: "MAIN_ASYLUM_COUNTRIES",
        residence: ASYLUM,
        languages: "Kurdisch (Kurmandschi), Arabisch",
        arrived_from: Some((2014, 8)),
        women: &["Shirin", "Berivan", "Gulistan", "Nasrin", "Hevin", "Khawla"],
        men: &["Azad", "Dilshad", "Haval", "Saman", "Karwan", "Hussein"],
        families: &["Khalaf", "Hasso", "Rasho", "Barzani", "Qasim", "Murad", "Elias", "Saleh"],
        womens_ending: None,
    },
    Country {
        weight: 8,
        nationality_group: "TURKIYE",
        residence: &[
            ("PERMANENT", 40),
            ("FAMILY", 25),
            ("ASYLUM_PROCEDURE", 20),
            ("HUMANITARIAN_RECOGNISED", 10),
            ("WORK", 5),
        ],
        languages: "Türkisch",
        arrived_from: Some((1998, 1)),
        women: &["Ayşe", "Fatma", "Elif", "Zeynep", "Hülya", "Gülşen", "Emine", "Sevgi"],
        men: &["Mehmet", "Mustafa", "Ahmet", "Hüseyin", "Murat", "Emre", "Yusuf", "Serkan"],
        families: &["Yılmaz", "Kaya", "Demir", "Şahin", "Çelik", "Öztürk", "Aydın", "Arslan", "Doğan", "Kılıç"],
        womens_ending: None,
    },
    Country {
        weight: 7,
        nationality_group: "EU_OTHER",
        residence: EU,
        languages: "Polnisch",
        arrived_from: Some((2005, 1)),
        women: &["Anna", "Katarzyna", "Agnieszka", "Małgorzata", "Joanna", "Ewa", "Monika"],
        men: &["Piotr", "Krzysztof", "Tomasz", "Paweł", "Marcin", "Grzegorz", "Łukasz"],
        families: &["Kowalski", "Wiśniewski", "Lewandowski", "Zieliński", "Kamiński", "Dąbrowski", "Jankowski"],
        womens_ending: Some(("i", "a")),
    },
    Country {
        weight: 5,
        nationality_group: "MAIN_ASYLUM_COUNTRIES",
        residence: ASYLUM,
        languages: "Tigrinya",
        arrived_from: Some((2014, 1)),
        women: &["Selam", "Helen", "Rahel", "Feven", "Miriam", "Tsega"],
        men: &["Yonas", "Samuel", "Tesfay", "Filmon", "Abraham", "Mebrahtu"],
        families: &["Tesfamariam", "Ghebremedhin", "Haile", "Berhane", "Kidane", "Woldu", "Abraha"],
        womens_ending: None,
    },
    Country {
        weight: 6,
        nationality_group: "WESTERN_BALKANS",
        residence: &[("WORK", 45), ("TOLERATED", 20), ("FAMILY", 25), ("TOLERATED_TRAINING_OR_WORK", 10)],
        languages: "Albanisch",
        arrived_from: Some((2010, 1)),
        women: &["Arta", "Vjosa", "Teuta", "Elira", "Mirjeta", "Besa"],
        men: &["Arben", "Besnik", "Driton", "Luan", "Agron", "Valon"],
        families: &["Krasniqi", "Gashi", "Berisha", "Hoxha", "Shala", "Morina", "Thaçi"],
        womens_ending: None,
    },
    Country {
        weight: 4,
        nationality_group: "OTHER_THIRD_COUNTRY",
        residence: &[("ASYLUM_PROCEDURE", 45), ("TOLERATED", 25), ("TRAINING_STUDY", 15), ("WORK", 10), ("VISA", 5)],
        languages: "Englisch, Igbo",
        arrived_from: Some((2016, 1)),
        women: &["Blessing", "Chioma", "Grace", "Joy", "Patience"],
        men: &["Emeka", "Chinedu", "Samuel", "Godwin", "Victor"],
        families: &["Okafor", "Eze", "Nwosu", "Okoro", "Obi", "Adeyemi"],
        womens_ending: None,
    },
    Country {
        weight: 3,
        nationality_group: "OTHER_THIRD_COUNTRY",
        residence: &[("ASYLUM_PROCEDURE", 40), ("HUMANITARIAN_RECOGNISED", 40), ("TRAINING_STUDY", 20)],
        languages: "Persisch",
        arrived_from: Some((2012, 1)),
        women: &["Mahsa", "Parisa", "Shirin", "Leila", "Nasim"],
        men: &["Arash", "Behrouz", "Kamran", "Mehdi", "Siavash"],
        families: &["Moradi", "Tehrani", "Jafari", "Rezaei", "Ebrahimi", "Sohrabi"],
        womens_ending: None,
    },
    // People with immigration history who are German: the target group asks for no nationality.
    Country {
        weight: 6,
        nationality_group: "GERMANY",
        residence: &[("GERMAN", 80), ("LATE_REPATRIATE", 20)],
        languages: "Deutsch, Russisch",
        arrived_from: None,
        women: &["Irina", "Olga", "Sabine", "Nina", "Larissa", "Anna"],
        men: &["Viktor", "Waldemar", "Alexander", "Eduard", "Jakob", "Thomas"],
        families: &["Weber", "Schmidt", "Neufeld", "Wiebe", "Klassen", "Fast", "Becker"],
        womens_ending: None,
    },
    Country {
        weight: 1,
        nationality_group: "STATELESS_UNCLEAR",
        residence: &[("HUMANITARIAN_RECOGNISED", 60), ("TOLERATED", 40)],
        languages: "Arabisch",
        arrived_from: Some((2015, 1)),
        women: &["Hiba", "Sawsan", "Maha"],
        men: &["Nidal", "Jamal", "Fadi"],
        families: &["Abu Salim", "Odeh", "Shahin"],
        womens_ending: None,
    },
];

/// Streets that are nowhere.
const STREETS: &[&str] =
    &["Musterweg", "Beispielstraße", "Musterstraße", "Am Mustergraben", "Beispielring", "Musterallee", "Zum Beispiel"];

/// An invented person. Debug shows nothing of it, as of a real one.
#[derive(Clone, PartialEq, Eq)]
pub struct InventedPerson {
    /// Given names.
    pub given_names: String,
    /// Family name.
    pub family_name: String,
    /// Birth name, where it is another one.
    pub former_names: Option<String>,
    /// Birth date.
    pub birth_date: NaiveDate,
    /// Postal address.
    pub address: String,
    /// Telephone and e-mail.
    pub contact: String,
    /// Languages, in German.
    pub languages: &'static str,
    /// The language for which an interpreter is needed.
    pub interpreter: Option<&'static str>,
    /// Gender.
    pub gender: GenderStatistical,
    /// Band of age on the day.
    pub age_band: AgeBand,
    /// Level of German.
    pub language_level: LanguageLevel,
    /// First day of the month of arrival; none for people who were born here.
    pub arrival_month: Option<NaiveDate>,
    /// Code of the group of nationalities.
    pub nationality_group: &'static str,
    /// Code of the group of residence titles.
    pub residence_group: &'static str,
}

impl fmt::Debug for InventedPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InventedPerson").finish_non_exhaustive()
    }
}

/// Invents somebody who lives in `town` (postal code and name) on the day and had arrived when the case was opened.
pub(super) fn invent(dice: &mut Dice, town: (&str, &str), opened_on: NaiveDate, today: NaiveDate) -> InventedPerson {
    let countries: Vec<(&Country, u32)> = COUNTRIES.iter().map(|country| (country, country.weight)).collect();
    let country = dice.weighed(&countries, &UKRAINE);
    let woman = dice.chance(53);
    let gender = match dice.below(200) {
        0 => GenderStatistical::Diverse,
        1 | 2 => GenderStatistical::NotStated,
        _ if woman => GenderStatistical::Female,
        _ => GenderStatistical::Male,
    };
    let (given_names, family_name, former_names) = names(dice, country, woman);
    let birth_date = birth(dice, today);
    let arrival_month = country.arrived_from.map(|earliest| arrival(dice, earliest, birth_date, opened_on));
    let years_here = arrival_month.map(|arrival| (opened_on - arrival).num_days() / 365);
    let language_level = level(dice, years_here);
    let needs_interpreter = matches!(language_level, LanguageLevel::None | LanguageLevel::A1) && dice.chance(75);
    let first_language = country.languages.split(", ").next().unwrap_or_default();
    let (code, name) = town;
    InventedPerson {
        address: format!("{} {}, {code} {name}", dice.pick(STREETS), dice.between(1, 99)),
        contact: contact(dice, &given_names, &family_name),
        given_names,
        family_name,
        former_names,
        birth_date,
        languages: country.languages,
        interpreter: needs_interpreter.then_some(first_language),
        gender,
        age_band: band(birth_date, today),
        language_level,
        arrival_month,
        nationality_group: country.nationality_group,
        residence_group: dice.weighed(country.residence, "UNKNOWN_OR_NOT_RECORDED"),
    }
}

fn names(dice: &mut Dice, country: &Country, woman: bool) -> (String, String, Option<String>) {
    let pool = if woman { country.women } else { country.men };
    let first = dice.pick(pool);
    let second = dice.pick(pool);
    let given = if dice.chance(15) && second != first { format!("{first} {second}") } else { first.to_owned() };
    let mut family = || {
        let family = dice.pick(country.families);
        match country.womens_ending.filter(|_| woman) {
            Some((ending, womens)) => format!("{}{womens}", family.strip_suffix(ending).unwrap_or(family)),
            None => family.to_owned(),
        }
    };
    let (family_name, born) = (family(), family());
    let former = (woman && dice.chance(25) && born != family_name).then_some(born);
    (given, family_name, former)
}

/// Most clients are between 20 and 50 years old.
fn birth(dice: &mut Dice, today: NaiveDate) -> NaiveDate {
    let ages =
        [((16, 17), 4), ((18, 24), 17), ((25, 34), 28), ((35, 44), 25), ((45, 54), 15), ((55, 64), 8), ((65, 82), 3)];
    let (youngest, oldest) = dice.weighed(&ages, (30, 40));
    let months = dice.between(youngest * 12, oldest * 12 + 11);
    let day = today.checked_sub_months(Months::new(months)).unwrap_or(today);
    // Every day of the month is possible, but the days must not make anybody a year older.
    let earlier = day.checked_sub_days(Days::new(u64::from(dice.below(28)))).unwrap_or(day);
    if band(earlier, today) == band(day, today) { earlier } else { day }
}

fn arrival(dice: &mut Dice, (year, month): (i32, u32), birth_date: NaiveDate, opened_on: NaiveDate) -> NaiveDate {
    let first = |day: NaiveDate| day.with_day(1).unwrap_or(day);
    let earliest = NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(opened_on).max(first(birth_date));
    let latest = first(opened_on);
    let months = (latest.year() - earliest.year()) * 12 + (i32::try_from(latest.month0()).unwrap_or(0))
        - i32::try_from(earliest.month0()).unwrap_or(0);
    let months = u32::try_from(months).unwrap_or(0);
    // Newcomers come to case management more often than people who have been here for long.
    let since = dice.below(months + 1).min(dice.below(months + 1));
    latest.checked_sub_months(Months::new(since)).unwrap_or(latest)
}

fn level(dice: &mut Dice, years_here: Option<i64>) -> LanguageLevel {
    use LanguageLevel as L;
    let levels: &[(L, u32)] = match years_here {
        None => &[(L::Native, 80), (L::C1, 20)],
        Some(..1) => &[(L::None, 55), (L::A1, 35), (L::A2, 5), (L::NotAssessed, 5)],
        Some(1..3) => &[(L::None, 15), (L::A1, 35), (L::A2, 30), (L::B1, 15), (L::NotAssessed, 5)],
        Some(3..8) => &[(L::A1, 20), (L::A2, 30), (L::B1, 30), (L::B2, 15), (L::NotAssessed, 5)],
        Some(_) => &[(L::A1, 10), (L::A2, 20), (L::B1, 30), (L::B2, 25), (L::C1, 15)],
    };
    dice.weighed(levels, L::NotAssessed)
}

/// A number behind an area code of the district that nobody has, and a mailbox of a domain that cannot exist.
fn contact(dice: &mut Dice, given_names: &str, family_name: &str) -> String {
    let area = dice.pick(&["2541", "2594", "2591", "2593", "2502", "2597"]);
    let mail = format!("{}.{}@beispiel.example", latin(given_names), latin(family_name));
    let telephone = format!("+49 {area} 0000{:02}", dice.below(100));
    match dice.below(4) {
        0 => telephone,
        _ => format!("{telephone}, {mail}"),
    }
}

/// The first word of a name in the letters of an e-mail address.
fn latin(name: &str) -> String {
    let word = name.split(' ').next().unwrap_or_default();
    crate::vault::normal_form::normal_form(word).replace(' ', "")
}

/// The band of age on a day.
pub(super) fn band(birth_date: NaiveDate, today: NaiveDate) -> AgeBand {
    match today.years_since(birth_date) {
        None => AgeBand::Unknown,
        Some(..6) => AgeBand::U6,
        Some(6..=15) => AgeBand::A6To15,
        Some(16..=17) => AgeBand::A16To17,
        Some(18..=24) => AgeBand::A18To24,
        Some(25..=34) => AgeBand::A25To34,
        Some(35..=44) => AgeBand::A35To44,
        Some(45..=54) => AgeBand::A45To54,
        Some(55..=64) => AgeBand::A55To64,
        Some(65..) => AgeBand::A65Plus,
    }
}
