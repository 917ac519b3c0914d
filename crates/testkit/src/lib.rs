//! Tools for tests and measurements. Leans on the rock only.
pub mod wire;
