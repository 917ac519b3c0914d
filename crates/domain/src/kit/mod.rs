//! What every room uses: instants, lengths of time, identities, dice, texts.
mod dice;
mod ids;
mod text;
mod time;
pub use dice::Dice;
pub use ids::*;
pub use text::{Lang, Text};
pub use time::{At, BadTime, Span};
