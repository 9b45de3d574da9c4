//! Three platforms served on loopback, a port each, from templates in fixtures/market.
