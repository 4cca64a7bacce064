#include "tools/recorderctl/progress.h"

#include <inttypes.h>
#include <unistd.h>

enum { SHOW_EVERY_MS = 200 };

void progress_init(struct progress *progress, const struct context *context)
{
    int file = fileno(context->err); /* -1: of a test */
    bool terminal = file >= 0 && isatty(file) == 1;

    *progress = (struct progress){.to = terminal && !context->json ? context->err : NULL};
}

void progress_show(struct progress *progress, const char *what, uint64_t done, uint64_t all)
{
    mono_time now;

    if (!progress->to)
        return;
    now = clock_mono_now();
    if (progress->shown && now.ns - progress->shown_at.ns < SHOW_EVERY_MS * CLOCK_NS_PER_MS)
        return;
    progress->shown = true;
    progress->shown_at = now;
    if (all)
        (void)fprintf(progress->to, "\r%s: %" PRIu64 " of %" PRIu64 "\033[K", what, done, all);
    else
        (void)fprintf(progress->to, "\r%s: %" PRIu64 "\033[K", what, done);
    (void)fflush(progress->to);
}

void progress_clear(struct progress *progress)
{
    if (progress->shown)
        (void)fputs("\r\033[K", progress->to);
    progress->shown = false;
}
