#include "tests/standin/serve.hpp"

#include "tests/standin/http_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <cstdio>
#include <fstream>
#include <iostream>

namespace navette::standin {

namespace {

/// Readers of the file see either nothing or the whole number.
bool write_port(const std::string& path, std::uint16_t port) {
    const std::string unfinished = path + ".new";
    {
        std::ofstream file(unfinished, std::ios::trunc);
        file << port << '\n';
        if (!file.flush()) {
            return false;
        }
    }
    return std::rename(unfinished.c_str(), path.c_str()) == 0;
}

}  // namespace

int serve(Control& control, Outbox* outbox, const ServeOptions& options) {
    boost::asio::io_context io(1);
    if (outbox != nullptr) {
        outbox->run_on(io.get_executor());
    }
    const auto answer = [&control](Request request) { return control.answer(std::move(request)); };
    auto server = HttpServer::listen(io, options.port, answer);
    if (!server) {
        std::cerr << options.program << ": " << server.error().message << '\n';
        return 1;
    }
    boost::asio::signal_set signals(io, SIGTERM, SIGINT);
    signals.async_wait([&io](const auto&, int) { io.stop(); });
    const std::uint16_t port = (*server)->port();
    if (!options.port_file.empty() && !write_port(options.port_file, port)) {
        std::cerr << options.program << ": cannot write " << options.port_file
                  << "; is its directory writable?\n";
        return 1;
    }
    std::cout << "http://127.0.0.1:" << port << options.base << std::endl;
    io.run();
    return 0;
}

}  // namespace navette::standin
