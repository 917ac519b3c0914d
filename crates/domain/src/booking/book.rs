//! What a plan book says about a kind of service.
use super::Kind;
use crate::plan::{Feature, PlanBook, QuotaRule};

/// How a book grants a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant<'b> {
    /// So many times and days a period.
    Counted(&'b QuotaRule),
    /// As a part of the plan that nobody counts.
    Free(&'b Feature),
}

/// How the book grants this kind; `None`: not at all.
pub fn grant(book: &PlanBook, kind: Kind) -> Option<Grant<'_>> {
    let rule = book.quotas.iter().find(|q| q.id == quota_of(kind));
    let feature = || book.features.iter().find(|f| features_of(kind).contains(&f.id.as_str()));
    rule.map(Grant::Counted).or_else(|| feature().map(Grant::Free))
}
/// The quota a book counts this kind by.
fn quota_of(kind: Kind) -> &'static str {
    if kind == Kind::Training { "onsite_training" } else { kind.key() }
}
/// Lines of a book any of which promises this kind without a number. Reviews, onboarding and the acceptance of a migration are the work of
/// the technical service manager: whoever has one has them.
fn features_of(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::EscortBasic => &["key_moment_assurance"],
        Kind::OnsiteVisit => &["onsite_explanation", "onsite_technical_exchange"],
        Kind::QuarterlyReview | Kind::Onboarding | Kind::MigrationAcceptance => &["tam", "service_manager"],
        _ => &[],
    }
}

const TOPICS: &[(&str, &str)] =
    &[("architecture", "architecture_optimisation"), ("migration", "migration_special"), ("large_model", "large_model_special")];

/// What a project of this book may be about; empty for every other kind.
pub fn topics(book: &PlanBook, kind: Kind) -> Vec<&'static str> {
    if kind != Kind::SpecialProject {
        return Vec::new();
    }
    TOPICS.iter().filter(|(_, feature)| book.features.iter().any(|f| f.id == *feature)).map(|(topic, _)| *topic).collect()
}

/// The first of these products that is not on the book's list for escorts. A whole line may be named where all its products are listed.
pub fn not_listed<'p>(book: &PlanBook, products: &'p [String]) -> Option<&'p str> {
    let same = |a: &str, b: &str| a.trim().eq_ignore_ascii_case(b.trim());
    let listed = |product: &str| {
        book.scope.escort_products.iter().any(|l| match l.products.is_empty() {
            true => same(&l.line, product) || l.name.0.values().any(|n| same(n, product)),
            false => l.products.iter().any(|p| same(p, product)),
        })
    };
    products.iter().map(String::as_str).find(|p| !listed(p))
}
