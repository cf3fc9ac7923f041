"""The road to a server: addresses, the exchange, the outbox. Works in the base install."""
