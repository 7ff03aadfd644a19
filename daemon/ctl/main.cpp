// navettectl: the administrator's tool.
#include "daemon/ctl/application.hpp"

#include <curl/curl.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>

int main(int argc, char** argv) {
    // A reader that went away shows as a failed write, not as death.
    std::signal(SIGPIPE, SIG_IGN);
    // A database that does not answer is told within seconds, unless the user has set a patience of their
    // own.
    setenv("PGCONNECT_TIMEOUT", "5", 0);   // NOLINT(concurrency-mt-unsafe): there is one thread
    setenv("PGAPPNAME", "navettectl", 0);  // NOLINT(concurrency-mt-unsafe)
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int code = 1;
    try {
        code = navette::ctl::run({argv + 1, argv + argc});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "navettectl: a mistake in navettectl itself: %s\n", error.what());
    }
    curl_global_cleanup();
    return code;
}
