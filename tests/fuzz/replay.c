/*
 * replay: feeds stored inputs to a fuzz target in a plain build, so that every test run walks the
 * small corpora and every input that once crashed.
 *
 * usage: fuzz_LIBRARY_NAME FILE|DIRECTORY...
 *
 * A directory means the files in it, not those deeper down. Exit 1 where a path cannot be read or
 * where there was nothing to feed.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int complain(const char *path)
{
    (void)fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
    return -1;
}

/* The copy is exactly as large as the file, so that a sanitizer sees one byte too many. */
static int replay_file(const char *path, size_t bytes)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(bytes ? bytes : 1);
    int result = -1;

    if (!file || !data || fread(data, 1, bytes, file) != bytes) {
        (void)complain(path);
        goto out;
    }
    (void)LLVMFuzzerTestOneInput(data, bytes);
    result = 0;
out:
    free(data);
    if (file)
        (void)fclose(file);
    return result;
}

static int replay_directory(const char *path, unsigned *fed)
{
    DIR *directory = opendir(path);
    const struct dirent *entry;
    int result = 0;

    if (!directory)
        return complain(path);
    while (result == 0 && (entry = readdir(directory)) != NULL) {
        char inner[4096];
        struct stat info;
        int length = snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);

        if (length < 0 || (size_t)length >= sizeof inner || stat(inner, &info) != 0) {
            result = complain(path);
        } else if (S_ISREG(info.st_mode)) {
            result = replay_file(inner, (size_t)info.st_size);
            (*fed)++;
        }
    }
    (void)closedir(directory);
    return result;
}

int main(int argc, char **argv)
{
    unsigned fed = 0;
    int result = 0;

    for (int i = 1; i < argc && result == 0; i++) {
        struct stat info;

        if (stat(argv[i], &info) != 0) {
            result = complain(argv[i]);
        } else if (S_ISDIR(info.st_mode)) {
            result = replay_directory(argv[i], &fed);
        } else {
            result = replay_file(argv[i], (size_t)info.st_size);
            fed++;
        }
    }
    (void)printf("replay: %u inputs\n", fed);
    return result == 0 && fed ? 0 : 1;
}
