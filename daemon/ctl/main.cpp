// navettectl: the administrator's tool.
#include "daemon/ctl/application.hpp"
#include "daemon/ctl/hidden_arguments.hpp"
#include "daemon/secrets/core_dumps.hpp"

#include <curl/curl.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

int main(int argc, char** argv) {
    // For good, whatever the configuration says: that is about the daemon, which runs long and unattended.
    navette::secrets::forbid_core_dumps();
    // A reader that went away shows as a failed write, not as death.
    std::signal(SIGPIPE, SIG_IGN);
    // A database that does not answer is told within seconds, unless the user has set a patience of their
    // own.
    setenv("PGCONNECT_TIMEOUT", "5", 0);   // NOLINT(concurrency-mt-unsafe): there is one thread
    setenv("PGAPPNAME", "navettectl", 0);  // NOLINT(concurrency-mt-unsafe)
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int code = 1;
    try {
        const std::vector<std::string> words(argv + 1, argv + argc);
        navette::ctl::hide_arguments({argv, static_cast<std::size_t>(argc)});
        code = navette::ctl::run(words);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "navettectl: a mistake in navettectl itself: %s\n", error.what());
    }
    curl_global_cleanup();
    return code;
}
