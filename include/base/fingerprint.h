#ifndef BASE_FINGERPRINT_H
#define BASE_FINGERPRINT_H

/*
 * The numeric fingerprint of a machine: a SHA-256 over the bits of some 4,000 values of
 * libm and GSL.
 *
 * What libm returns differs in the last bit between versions and processors.  Two
 * machines of equal fingerprint may be expected to give the same bytes for the same
 * scenario; others may not, and their shards are not merged.
 */

#include "base/sha256.h"

void fingerprint(char hex[SHA256_HEX]);

#endif
