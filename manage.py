#!/usr/bin/env python
"""Run `config.manage` in a checkout."""

from config.manage import main

if __name__ == "__main__":
    main()
