"""The command line, one verb a file.

A verb is a module with NAME, HELP, ``add_arguments(parser)`` and ``run(args) -> exit code``. Results go to
stdout, everything for a person to stderr.
"""
