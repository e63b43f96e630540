"""The Realtime of the laptop stack: what Supabase Realtime does for REX, to the same clients, over the same tables and policies.

Left out: presence, changes of tables, rate limits, and the wait before a refusal.
"""
