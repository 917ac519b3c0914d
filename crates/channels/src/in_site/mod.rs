//! The bell in the console and the portal. Nothing is sent: the row the floors above write is the delivery.
use crate::{Channel, Talents};

pub struct InSite;

impl Channel for InSite {
    fn key(&self) -> &'static str {
        "in_site"
    }
    fn talents(&self) -> Talents {
        Talents { live: true, threads: true, files: true, can_edit: false, text_max_bytes: 1 << 20 }
    }
}
