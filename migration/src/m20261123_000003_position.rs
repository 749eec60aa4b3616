//! Staff, positions, occupancies, service areas and supervision.

use sea_orm_migration::prelude::*;

use crate::column::{day, day_or_null, id, id_or_null, index, instant, primary_id, refers, text, unique, whole};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("staff_member")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("organisation_id"))
                    .col(id_or_null("account_id"))
                    .col(text("display_name", 200))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("staff_member", "district_id", "district"))
                    .foreign_key(&mut refers("staff_member", "organisation_id", "organisation"))
                    .foreign_key(&mut refers("staff_member", "account_id", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("staff_member", &["district_id", "display_name", "id"])).await?;
        manager.create_index(index("staff_member", &["organisation_id"])).await?;
        manager.create_index(index("staff_member", &["account_id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("position")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(text("number", 40))
                    .col(text("building_block", 40))
                    .col(text("role", 40))
                    .col(id("employer_id"))
                    .col(whole("fte_hundredths"))
                    .col(text("funded_by", 40))
                    .col(day_or_null("approved_from"))
                    .col(day_or_null("approved_until"))
                    .col(day_or_null("target_filled_on"))
                    .col(text("status", 40))
                    .col(day_or_null("ended_on"))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("position", "district_id", "district"))
                    .foreign_key(&mut refers("position", "employer_id", "organisation"))
                    .check(Expr::cust("fte_hundredths > 0"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("position", &["district_id", "number"])).await?;
        manager.create_index(index("position", &["district_id", "id"])).await?;
        manager.create_index(index("position", &["district_id", "target_filled_on", "id"])).await?;
        manager.create_index(index("position", &["employer_id", "number"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("occupancy")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("position_id"))
                    .col(id("staff_member_id"))
                    .col(whole("fte_hundredths"))
                    .col(day("valid_from"))
                    .col(day_or_null("valid_until"))
                    .foreign_key(&mut refers("occupancy", "district_id", "district"))
                    .foreign_key(&mut refers("occupancy", "position_id", "position"))
                    .foreign_key(&mut refers("occupancy", "staff_member_id", "staff_member"))
                    .check(Expr::cust("fte_hundredths > 0"))
                    .take(),
            )
            .await?;
        manager.create_index(index("occupancy", &["district_id"])).await?;
        manager.create_index(index("occupancy", &["position_id"])).await?;
        manager.create_index(index("occupancy", &["staff_member_id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("service_area")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("position_id"))
                    .col(id("municipality_id"))
                    .col(whole("share_hundredths"))
                    .foreign_key(&mut refers("service_area", "district_id", "district"))
                    .foreign_key(&mut refers("service_area", "position_id", "position"))
                    .foreign_key(&mut refers("service_area", "municipality_id", "municipality"))
                    .check(Expr::cust("share_hundredths > 0"))
                    .take(),
            )
            .await?;
        manager.create_index(index("service_area", &["district_id"])).await?;
        manager.create_index(unique("service_area", &["position_id", "municipality_id"])).await?;
        manager.create_index(index("service_area", &["municipality_id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("supervision")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("position_id"))
                    .col(text("kind", 40))
                    .col(id("supervisor_id"))
                    .col(day("valid_from"))
                    .col(day_or_null("valid_until"))
                    .foreign_key(&mut refers("supervision", "district_id", "district"))
                    .foreign_key(&mut refers("supervision", "position_id", "position"))
                    .foreign_key(&mut refers("supervision", "supervisor_id", "staff_member"))
                    .take(),
            )
            .await?;
        manager.create_index(index("supervision", &["district_id"])).await?;
        manager.create_index(index("supervision", &["position_id"])).await?;
        manager.create_index(index("supervision", &["supervisor_id"])).await
    }
}
