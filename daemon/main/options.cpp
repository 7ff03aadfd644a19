#include "daemon/main/options.hpp"

#include <boost/program_options.hpp>

#include <cstdlib>
#include <sstream>

namespace navette::main {

namespace po = boost::program_options;

std::variant<Options, Farewell> read_options(int argc, const char* const* argv) {
    Options options;
    if (const char* config =
            std::getenv("NAVETTE_CONFIG")) {  // NOLINT(concurrency-mt-unsafe): before any thread
        options.config = config;
    }
    std::string config = options.config.string();
    po::options_description known(
        "navetted carries tenants' records between PostgreSQL and their platforms.\n\nOptions"
    );
    known.add_options()("help,h", "show this text and exit")("version", "show the version and exit")(
        "config,c", po::value(&config)->default_value(config), "the configuration file (also NAVETTE_CONFIG)"
    )("check-config", "read and check the configuration, the connectors and their manifests, and exit: 0 good, 78 bad");
    try {
        po::variables_map values;
        po::store(po::command_line_parser(argc, argv).options(known).positional({}).run(), values);
        po::notify(values);
        if (values.count("help") > 0) {
            std::ostringstream text;
            text << known
                 << "\nSignals: TERM and INT finish what is in flight and exit 0, a second one exits at "
                    "once; HUP reads the\n"
                    "configuration again and keeps the old one if the new one is bad.\n"
                    "Exit codes: 0 stopped as asked, 1 failed, 2 usage, 75 the database is away, 78 bad "
                    "configuration.\n";
            return Farewell{text.str(), 0};
        }
        if (values.count("version") > 0) {
            return Farewell{"navetted " NAVETTE_VERSION "\n", 0};
        }
        options.check_config = values.count("check-config") > 0;
    } catch (const po::error& error) {
        return Farewell{std::string("navetted: ") + error.what() + "\nTry: navetted --help\n", 2};
    }
    options.config = config;
    return options;
}

}  // namespace navette::main
