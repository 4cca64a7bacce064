/**
 * own_folder: work in a directory of its own that goes when the work is over, however that ends: by
 * a failure, by Ctrl-C or by SIGTERM. The work is a process of its own; the one that began it
 * waits.
 */
#ifndef RECORDER_TESTS_BENCH_OWN_FOLDER_H
#define RECORDER_TESTS_BENCH_OWN_FOLDER_H

enum { OWN_FOLDER_PATH_BYTES = 256 };

/**
 * Make "<base>/<name>-XXXXXX", work there, and remove it with all that is in it.
 *
 * work  in a process of its own; it may exit.
 *
 * Returns the exit status for the program: that of the work, EXIT_FAILURE where it was killed or
 * could not begin.
 */
int own_folder_run(const char *base, const char *name,
                   void (*work)(const char *directory, const void *arg), const void *arg);

#endif
