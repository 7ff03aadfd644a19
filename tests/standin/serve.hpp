// A stand-in as a program: it listens, tells its port, and serves until SIGTERM.
#pragma once

#include "tests/standin/control.hpp"

#include <cstdint>
#include <string>

namespace navette::standin {

struct ServeOptions {
    std::string program;     // for messages
    std::uint16_t port = 0;  // on 127.0.0.1; 0 takes any free one
    std::string port_file;   // written once it listens; none where empty
    std::string base;        // path of the API, for the address that is printed
};

/// Returns the process's exit code; complaints go to stderr.
int serve(Control& control, Outbox* outbox, const ServeOptions& options);

}  // namespace navette::standin
