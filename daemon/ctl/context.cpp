#include "daemon/ctl/context.hpp"

#include "daemon/engine/mapping_check.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace navette::ctl {

namespace {

constexpr const char* kDefaultFile = "/etc/navette/navette.yaml";

std::optional<std::string> environment(const char* name) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): there is one thread
    return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

Context::Context(Choices choices)
    : choices_(std::move(choices)), console_(choices_.json, choices_.no_color) {}

std::string Context::config_file() const {
    return choices_.config_file ? *choices_.config_file
                                : environment("NAVETTE_CONFIG").value_or(kDefaultFile);
}

Result<const config::Settings*> Context::settings() {
    if (settings_) {
        return &*settings_;
    }
    std::filesystem::path file(config_file());
    const bool is_named = choices_.config_file || environment("NAVETTE_CONFIG");
    std::error_code error;
    const auto type = std::filesystem::status(file, error).type();
    if (type == std::filesystem::file_type::not_found && !is_named) {
        if (!choices_.database) {
            return fail(
                ExitCode::configuration,
                file.string() +
                    " does not exist; name your file with --config or NAVETTE_CONFIG, or the database with "
                    "--database"
            );
        }
        // An empty file is a valid one: every key has its default.
        file = "/dev/null";
    } else if (access(file.c_str(), R_OK) != 0 && errno == EACCES) {
        return fail(
            ExitCode::permission, file.string() + " may not be read by this user; try sudo -u navette"
        );
    }
    auto loaded = config::load_settings(file, config::References::of_process());
    if (!loaded) {
        return std::unexpected(failure_of(loaded.error()));
    }
    settings_ = std::move(*loaded);
    return &*settings_;
}

Result<std::string> Context::database_url() {
    std::string url;
    if (choices_.database) {
        url = *choices_.database;
    } else {
        const auto loaded = settings();
        if (!loaded) {
            return std::unexpected(loaded.error());
        }
        url = (*loaded)->database.url;
    }
    if (const auto readable = store::check_conninfo(url); !readable) {
        return fail(choices_.database ? ExitCode::usage : ExitCode::configuration, readable.error().message);
    }
    return url;
}

Result<store::AdminSession*> Context::database() {
    if (!database_) {
        const auto url = database_url();
        if (!url) {
            return std::unexpected(url.error());
        }
        auto opened = store::AdminSession::open(*url);
        if (!opened) {
            return fail(opened.error());
        }
        database_ = std::move(*opened);
    }
    return &*database_;
}

Result<const plugins::Inventory*> Context::inventory() {
    if (!inventory_) {
        const auto loaded = settings();
        if (!loaded) {
            return std::unexpected(loaded.error());
        }
        inventory_ = engine::with_sound_mappings(
            plugins::load_connectors((*loaded)->connectors.directory, (*loaded)->connectors.overrides)
        );
    }
    return &*inventory_;
}

Result<std::optional<secrets::Vault>> Context::vault() {
    const auto loaded = settings();
    if (!loaded) {
        return std::unexpected(loaded.error());
    }
    const auto& key = (*loaded)->secrets.key;
    if (key.empty()) {
        return std::optional<secrets::Vault>();
    }
    auto made = secrets::Vault::with_key(key);
    if (!made) {
        return fail(ExitCode::configuration, "secrets.key: " + made.error().message);
    }
    return std::optional(std::move(*made));
}

}  // namespace navette::ctl
