//! The rock: what happens, decided. Given the same arguments always the same answer.
//!
//! Rooms: [`kit`] (instants, ids), [`calendar`] (open time, working days), [`promise`] (clocks), [`plan`] (plan books),
//! [`quota`], [`ticket`] (life cycle), [`routing`] (who takes it), [`people`] (roles and deeds), [`guide`] (what helps before a case).
pub mod calendar;
pub mod guide;
pub mod kit;
pub mod people;
pub mod plan;
pub mod promise;
pub mod quota;
pub mod routing;
pub mod ticket;
