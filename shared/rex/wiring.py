"""The one place where gateways are built and handed to use cases."""
