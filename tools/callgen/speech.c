#include "tools/callgen/speech.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bounds.h"

enum { FIRST_WORD_MS = 400, LAST_SILENCE_MS = 800 };

struct utterance {
    bool caller;  /* who speaks */
    int pause_ms; /* after the end of the one before; negative: they overlap */
    const char *text;
};

static const struct utterance dialogue[] = {
    {false, 0, "Good morning, service desk."},
    {true, 300, "Hello, this is Anna. I am calling about my order."},
    {false, 100, "Of course. What is the order number?"},
    {true, 400, "Four, seven, one, one, zero, eight."},
    {false, 150, "Thank you. It was sent yesterday afternoon."},
    {true, -900, "Oh, very good."}, /* both speak for a moment: each sentence ends in silence */
    {false, 50, "It will be with you before twelve."},
    {true, 150, "That suits me fine. Thank you."},
    {false, 100, "You are welcome. Goodbye."},
    {true, 100, "Goodbye."},
};

static enum status wait_for(pid_t child, struct fault *fault)
{
    int result = 0;
    while (waitpid(child, &result, 0) < 0) {
        if (errno != EINTR) {
            return fault_set(fault, STATUS_IO, errno, "wait for espeak-ng");
        }
    }
    if (WIFEXITED(result) && WEXITSTATUS(result) == 0) {
        return STATUS_OK;
    }
    return fault_set(fault, STATUS_IO, 0, "espeak-ng failed (wait status %d)", result);
}

static enum status speak_file(const struct utterance *utterance, const char *path,
                              struct fault *fault)
{
    char *arguments[] = {"espeak-ng",
                         "-v",
                         utterance->caller ? "en-us+f3" : "en-gb",
                         "-s",
                         utterance->caller ? "185" : "178",
                         "-p",
                         utterance->caller ? "60" : "38",
                         "-w",
                         (char *)path,
                         "--",
                         (char *)utterance->text,
                         NULL};
    pid_t child;
    int error = posix_spawnp(&child, arguments[0], NULL, NULL, arguments, environ);
    if (error != 0) {
        return fault_set(fault, STATUS_IO, error, "start espeak-ng (package espeak-ng)");
    }
    return wait_for(child, fault);
}

static enum status speak(const struct utterance *utterance, const char *path, uint32_t rate_hz,
                         struct sound *sound, struct fault *fault)
{
    enum status status = speak_file(utterance, path, fault);
    if (status == STATUS_OK) {
        status = sound_load(path, rate_hz, sound, fault);
    }
    return status;
}

static size_t after_pause(size_t end, int pause_ms, uint32_t rate_hz)
{
    long place = (long)end + (long)pause_ms * (long)(rate_hz / 1000);
    return place < 0 ? 0 : (size_t)place;
}

static enum status speak_all(const char *path, struct sound *caller, struct sound *called,
                             struct fault *fault)
{
    enum status status = STATUS_OK;
    size_t end = after_pause(0, FIRST_WORD_MS, caller->rate_hz);
    for (size_t i = 0; i < sizeof(dialogue) / sizeof(dialogue[0]); i++) {
        struct sound words = {0};
        status = speak(&dialogue[i], path, caller->rate_hz, &words, fault);
        if (status != STATUS_OK) {
            return status;
        }
        size_t place = after_pause(end, dialogue[i].pause_ms, caller->rate_hz);
        end = place + words.samples > end ? place + words.samples : end;
        status = sound_place(dialogue[i].caller ? caller : called, place, &words);
        sound_deinit(&words);
        if (status != STATUS_OK) {
            return fault_set(fault, status, 0, "place speech");
        }
    }
    end = after_pause(end, LAST_SILENCE_MS, caller->rate_hz);
    status = sound_extend(caller, end);
    return status == STATUS_OK ? sound_extend(called, end) : status;
}

enum status speech_dialogue(uint32_t rate_hz, struct sound *caller, struct sound *called,
                            struct fault *fault)
{
    const char *folder = getenv("TMPDIR");
    char path[BOUND_PATH_BYTES];
    struct sound one = {.rate_hz = rate_hz};
    struct sound other = {.rate_hz = rate_hz};
    (void)snprintf(path, sizeof(path), "%s/callgen-XXXXXX", folder == NULL ? "/tmp" : folder);
    int descriptor = mkostemp(path, O_CLOEXEC);
    if (descriptor < 0) {
        return fault_set(fault, STATUS_IO, errno, "make a temporary file %s", path);
    }
    (void)close(descriptor);
    enum status status = speak_all(path, &one, &other, fault);
    (void)unlink(path);
    if (status != STATUS_OK) {
        sound_deinit(&one);
        sound_deinit(&other);
        return status;
    }
    *caller = one;
    *called = other;
    return STATUS_OK;
}
