"""Migrations of schema `access`."""
