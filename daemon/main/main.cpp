// navetted: reads its files, loads its connectors, runs the service.
#include "daemon/main/configuration.hpp"
#include "daemon/main/log_output.hpp"
#include "daemon/main/options.hpp"
#include "daemon/main/service.hpp"
#include "daemon/secrets/core_dumps.hpp"

#include <curl/curl.h>

#include <cstdio>
#include <exception>
#include <iostream>

namespace {

constexpr int kExitConfig = 78;

int run(const navette::main::Options& options) {
    const auto configuration = navette::main::read_configuration(options.config, nullptr);
    if (!configuration) {
        for (const auto& problem : configuration.error()) {
            std::cerr << problem.text() << '\n';
        }
        return kExitConfig;
    }
    if (configuration->settings.secrets.core_dumps == navette::config::CoreDumps::allowed) {
        navette::secrets::allow_core_dumps();
    } else {
        navette::secrets::forbid_core_dumps();
    }
    navette::main::set_log_output(configuration->settings.log);
    const auto& inventory = *configuration->inventory;
    if (options.check_config) {
        for (const auto& refusal : inventory.refused()) {
            std::cerr << refusal.file.string() << ": " << refusal.reason << '\n';
        }
        std::cout << options.config.string() << ": good; " << inventory.loaded().size() << " connectors\n";
        return inventory.refused().empty() ? 0 : kExitConfig;
    }
    navette::main::log_refusals(inventory);
    return navette::main::run_service(options.config, *configuration);
}

}  // namespace

int main(int argc, char** argv) {
    // Before anything secret is read; whether it stays so is up to the configuration.
    navette::secrets::suspend_core_dumps();
    const auto read = navette::main::read_options(argc, argv);
    if (const auto* farewell = std::get_if<navette::main::Farewell>(&read)) {
        (farewell->exit_code == 0 ? std::cout : std::cerr) << farewell->text;
        return farewell->exit_code;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int exit_code = 1;
    try {
        exit_code = run(std::get<navette::main::Options>(read));
    } catch (const std::exception& error) {
        std::cerr << "navetted: " << error.what() << '\n';
    }
    curl_global_cleanup();
    return exit_code;
}
