#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/sha256.h"
#include "scratch.h"

static void digest_in_parts(const char *text, size_t length, size_t part,
                            char hex[SHA256_HEX])
{
    struct sha256 sha;
    sha256_start(&sha);
    for (size_t at = 0; at < length; at += part)
        sha256_add(&sha, text + at, length - at < part ? length - at : part);
    sha256_end(&sha, hex);
}

/* FIPS 180-4 examples, and the million a's of NIST. */
Test(sha256, gives_the_published_answers)
{
    static const struct {
        const char *text, *hex;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char hex[SHA256_HEX];
        digest_in_parts(cases[i].text, strlen(cases[i].text), 1000, hex);
        cr_expect(eq(str, hex, (char *)cases[i].hex));
    }

    char *as = malloc(1000000), hex[SHA256_HEX];
    memset(as, 'a', 1000000);
    digest_in_parts(as, 1000000, 77777, hex);
    cr_expect(eq(str, hex,
                 "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
    free(as);
}

Test(sha256, does_not_depend_on_how_the_text_is_cut)
{
    char text[300], whole[SHA256_HEX], parts[SHA256_HEX];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 37 + 11);
    digest_in_parts(text, sizeof text, sizeof text, whole);
    for (size_t part = 1; part < sizeof text; part++) {
        digest_in_parts(text, sizeof text, part, parts);
        cr_expect(eq(str, parts, whole));
    }
}

Test(sha256, of_a_file_is_that_of_its_bytes)
{
    static const size_t lengths[] = {0, 1, 65535, 65536, 65537, 200003};
    char *bytes = malloc(200003);
    for (size_t i = 0; i < 200003; i++)
        bytes[i] = (char)(i * i % 251);
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct scratch scratch = scratch_file("data.bin", bytes, lengths[i]);
        char expected[SHA256_HEX], hex[SHA256_HEX];
        digest_in_parts(bytes, lengths[i], 4096, expected);
        struct error err;
        cr_expect(sha256_file(scratch.path, hex, &err), "%zu bytes", lengths[i]);
        cr_expect(eq(str, hex, expected));
        scratch_remove(&scratch);
    }
    free(bytes);
}

Test(sha256, of_a_missing_file_or_a_directory_is_an_error)
{
    struct scratch scratch = scratch_new("absent.csv");
    struct error err;
    char hex[SHA256_HEX];
    cr_expect(not(sha256_file(scratch.path, hex, &err)));
    cr_expect(eq(str, (char *)without_dir(&scratch, err.text),
                 "absent.csv: No such file or directory"));
    cr_expect(not(sha256_file("/", hex, &err)));
    cr_expect(eq(str, err.text, "/: Is a directory"));
    scratch_remove(&scratch);
}
