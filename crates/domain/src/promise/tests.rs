//! Clocks told and tried: [`house`] lets many promises hear the same facts, [`stories`] are days told in lines, [`cases`] the
//! worked examples of the plans (CLK-…), [`laws`] what holds in every history.
mod cases;
mod house;
mod laws;
mod stories;
