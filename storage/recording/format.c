#include "storage/recording/format.h"

const char *recording_state_name(enum recording_state state)
{
    switch (state) {
    case RECORDING_STATE_RECORDING:
        return "recording";
    case RECORDING_STATE_SEALED:
        return "sealed";
    case RECORDING_STATE_RECOVERED:
        return "recovered";
    case RECORDING_STATE_FAILED:
        return "failed";
    }
    return "unknown";
}
