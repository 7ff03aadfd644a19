// A Dolibarr stand-in as a program: the end-to-end tests run the real daemon against it.
#include "tests/standin/dolibarr_site.hpp"
#include "tests/standin/serve.hpp"

#include <boost/program_options.hpp>

#include <iostream>
#include <string>

namespace {

namespace standin = navette::standin;
namespace po = boost::program_options;

struct Options {
    std::uint16_t port = 0;
    std::string port_file;
    std::string zone;
    standin::DolibarrSettings settings;
};

po::options_description described() {
    po::options_description description("standin_dolibarr");
    auto add = description.add_options();
    add("help", "print this");
    add("port", po::value<std::uint16_t>()->default_value(0), "port on 127.0.0.1; 0 takes any free one");
    add("port-file", po::value<std::string>()->default_value(""), "file to write the port to once it listens"
    );
    add("api-key", po::value<std::string>()->required(), "the only key that is accepted");
    add("seed", po::value<std::uint64_t>()->default_value(1), "of faults and deadlocks");
    add("latency-ms", po::value<long>()->default_value(0), "how long each write's transaction stays open");
    add("wrong-key-delay-ms", po::value<long>()->default_value(50), "how long a wrong key waits for its 401");
    add("time-zone",
        po::value<std::string>()->default_value("Europe/Paris"),
        "PHP's zone; the database's is UTC");
    add("not-admin", po::bool_switch(), "the key's user may not use /setup");
    add("production", po::bool_switch(), "API_PRODUCTION_MODE: errors have no debug member");
    return description;
}

Options taken_from(const po::variables_map& given) {
    Options options;
    options.port = given["port"].as<std::uint16_t>();
    options.port_file = given["port-file"].as<std::string>();
    options.zone = given["time-zone"].as<std::string>();
    options.settings.api_key = given["api-key"].as<std::string>();
    options.settings.seed = given["seed"].as<std::uint64_t>();
    options.settings.latency = std::chrono::milliseconds(given["latency-ms"].as<long>());
    options.settings.wrong_key_delay = std::chrono::milliseconds(given["wrong-key-delay-ms"].as<long>());
    options.settings.admin = !given["not-admin"].as<bool>();
    options.settings.production = given["production"].as<bool>();
    return options;
}

int serve(const Options& options) {
    auto clock = standin::DolibarrClock::in_zone(options.zone);
    if (!clock) {
        std::cerr << "standin_dolibarr: " << clock.error().message << '\n';
        return 1;
    }
    standin::Effects effects(standin::DolibarrSite::kinds());
    standin::Faults faults(options.settings.seed);
    standin::DolibarrSite site(options.settings, std::move(*clock), effects);
    standin::Control control(site, effects, faults);
    return standin::serve(
        control, nullptr, {"standin_dolibarr", options.port, options.port_file, "/api/index.php"}
    );
}

}  // namespace

int main(int argc, char** argv) {
    const po::options_description description = described();
    Options options;
    try {
        po::variables_map given;
        po::store(po::parse_command_line(argc, argv, description), given);
        if (given.count("help") != 0) {
            std::cout << description << '\n';
            return 0;
        }
        po::notify(given);
        options = taken_from(given);
    } catch (const po::error& error) {
        std::cerr << "standin_dolibarr: " << error.what() << '\n' << description << '\n';
        return 2;
    }
    return serve(options);
}
