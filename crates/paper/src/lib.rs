//! Sets documents: a [`Document`] of values goes in, a tagged PDF comes out. Knows nothing of support work, reads no file but fonts, and
//! never lets a value become markup.
pub mod chart;
pub mod document;
mod press;

pub use document::{Align, Bar, Block, Card, Column, Document, Section};
pub use press::{Fault, Press};
