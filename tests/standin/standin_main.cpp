// A stand-in of any platform as a program: the end-to-end tests and the demo run the real daemon against it.
#include "tests/standin/serve.hpp"
#include "tests/standin/site_kind.hpp"

#include <boost/program_options.hpp>

#include <iostream>
#include <stdexcept>

namespace {

namespace standin = navette::standin;
namespace po = boost::program_options;

po::options_description described() {
    po::options_description description("standin PLATFORM");
    auto add = description.add_options();
    add("help", "print this");
    add("platform", po::value<std::string>(), "which one");
    add("port", po::value<std::uint16_t>()->default_value(0), "port on 127.0.0.1; 0 takes any free one");
    add("port-file", po::value<std::string>()->default_value(""), "file to write the port to once it listens"
    );
    add("set",
        po::value<std::vector<std::string>>()->default_value({}, ""),
        "NAME=VALUE, an option of the platform; may be repeated");
    return description;
}

int run(const po::variables_map& given) {
    const auto& kind = standin::site_kind(given["platform"].as<std::string>());
    standin::SiteOptions options;
    for (const auto& text : given["set"].as<std::vector<std::string>>()) {
        const auto equals = text.find('=');
        if (equals == std::string::npos) {
            throw std::invalid_argument("--set " + text + ": NAME=VALUE is expected");
        }
        options.set(text.substr(0, equals), text.substr(equals + 1));
    }
    standin::Effects effects(kind.record_kinds);
    standin::Faults faults(static_cast<std::uint64_t>(options.number("seed", 1)));
    standin::Outbox outbox(
        static_cast<int>(options.number("webhook_tries", 3)),
        std::chrono::milliseconds(options.number("webhook_pause_ms", 50))
    );
    const auto site = kind.make({options, effects, outbox});
    standin::Control control(*site, effects, faults, &outbox);
    return standin::serve(
        control,
        &outbox,
        {"standin", given["port"].as<std::uint16_t>(), given["port-file"].as<std::string>(), ""}
    );
}

}  // namespace

int main(int argc, char** argv) {
    const auto description = described();
    try {
        po::variables_map given;
        po::positional_options_description platform;
        platform.add("platform", 1);
        po::store(po::command_line_parser(argc, argv).options(description).positional(platform).run(), given);
        if (given.contains("help") || !given.contains("platform")) {
            std::cout << description << '\n';
            return given.contains("help") ? 0 : 2;
        }
        return run(given);
    } catch (const std::exception& error) {
        std::cerr << "standin: " << error.what() << '\n';
        return 2;
    }
}
