//! Districts.

use async_graphql::{Context, ID, Object};

use crate::access::Action;
use crate::error::{ErrorCode, Failure};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::store::district::district;

/// `District` of the schema; the description that its readers see stands on the `impl`.
pub struct District(pub district::District);

/// A district (Kreis): the tenant. Everything you can see belongs to one district, yours.
#[Object]
impl District {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Official key (Amtlicher Gemeindeschlüssel), five digits as text, e.g. `05558`.
    async fn ags(&self) -> &str {
        &self.0.ags
    }

    /// Name, e.g. `Kreis Coesfeld`.
    async fn name(&self) -> &str {
        &self.0.name
    }
}

/// Queries about the district.
#[derive(Default)]
pub struct DistrictQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl DistrictQueries {
    /// Your district. Everybody who is logged in may read it.
    #[graphql(guard = "Requires(Action::ReadDirectory)")]
    async fn district(&self, ctx: &Context<'_>) -> Result<District, Failure> {
        let permit = ctx.permit::<crate::access::verb::ReadDirectory>()?;
        let found = district::find(ctx.store(), &permit).await?;
        found.map(District).ok_or_else(|| Failure::new(ErrorCode::NotFound))
    }
}
