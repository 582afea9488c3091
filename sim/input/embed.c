/*
 * embed NAME HEADER IN OUT: writes the file IN as a C array NAME with NAME_length.
 * Runs while Tenure is built.
 */

#include <stdio.h>

static int embed(const char *name, const char *header, FILE *in, FILE *out)
{
    fprintf(out, "#include \"%s\"\n\nconst unsigned char %s[] = {", header, name);
    size_t length = 0;
    for (int byte = getc(in); byte != EOF; byte = getc(in), length++)
        fprintf(out, "%s%d,", length % 20 == 0 ? "\n    " : "", byte);
    fprintf(out, "\n};\nconst size_t %s_length = %zu;\n", name, length);
    return length == 0 || ferror(in) || ferror(out);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: embed NAME HEADER IN OUT\n");
        return 1;
    }
    FILE *in = fopen(argv[3], "rb");
    FILE *out = fopen(argv[4], "w");
    if (!in || !out || embed(argv[1], argv[2], in, out) || fclose(out)) {
        fprintf(stderr, "embed: cannot turn %s into %s\n", argv[3], argv[4]);
        return 1;
    }
    return fclose(in) != 0;
}
