//! The rock: what happens, decided. Given the same arguments always the same answer.
//!
//! Rooms: [`kit`] (instants, ids), [`calendar`] (open time, working days), [`promise`] (clocks), [`plan`] (plan books),
//! [`contract`] (who is on which plan when), [`money`] (fees), [`credit`] (what an outage gives back), [`quota`], [`ticket`] (life cycle),
//! [`routing`] (who takes it), [`people`] (roles and deeds), [`guide`] (what helps before a case), [`deliverable`] (reports),
//! [`booking`] (services that are booked ahead).
pub mod booking;
pub mod calendar;
pub mod contract;
pub mod credit;
pub mod deliverable;
pub mod guide;
pub mod kit;
pub mod money;
pub mod people;
pub mod plan;
pub mod promise;
pub mod quota;
pub mod routing;
pub mod ticket;
