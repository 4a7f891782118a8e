"""What is to be done before the interpreter ends."""

import gc
import sys


def let_go_of_tls() -> None:
    """Free what is left of TLS connections while the interpreter still runs.

    pyOpenSSL's objects stand in cycles with functions that OpenSSL calls. Freed as the interpreter ends, they take
    the process down with a segmentation fault, now and then, after all was done.
    """
    if "OpenSSL" in sys.modules:
        gc.collect()
