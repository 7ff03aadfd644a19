#include "daemon/plugins/library.hpp"

#include <boost/dll/library_info.hpp>
#include <boost/dll/shared_library.hpp>
#include <boost/preprocessor/stringize.hpp>

#include <vector>

namespace navette::plugins {

namespace {

constexpr const char* kFactory = "navette_connector_create";

/// Where loaded libraries are kept: closing one that handed out objects or typeinfo is never safe.
std::vector<boost::dll::shared_library>& loaded_for_good() {
    static auto* libraries = new std::vector<boost::dll::shared_library>();
    return *libraries;
}

core::Result<std::shared_ptr<sdk::Connector>> refuse(std::string reason) {
    return core::failure(core::ErrorKind::invalid, std::move(reason));
}

}  // namespace

std::string expected_abi_tag() {
    return BOOST_PP_STRINGIZE(NAVETTE_ABI_TAG);
}

core::Result<std::string> abi_tag_of(const std::filesystem::path& library) {
    const std::string prefix = BOOST_PP_STRINGIZE(NAVETTE_ABI_PREFIX);
    try {
        boost::dll::library_info info(library);
        for (const auto& symbol : info.symbols()) {
            if (symbol.starts_with(prefix)) {
                return symbol;
            }
        }
    } catch (const std::exception&) {
        return core::failure(core::ErrorKind::invalid, "is not a shared library (no readable ELF file)");
    }
    return core::failure(
        core::ErrorKind::invalid,
        "carries no navette ABI tag: it is not a connector, or NAVETTE_CONNECTOR is missing in it"
    );
}

core::Result<std::shared_ptr<sdk::Connector>> load_library(const std::filesystem::path& library) {
    const auto tag = abi_tag_of(library);
    if (!tag) {
        return std::unexpected(tag.error());
    }
    if (*tag != expected_abi_tag()) {
        return refuse(
            "was built for another navette: it carries " + *tag + ", this daemon needs " +
            expected_abi_tag() + "; build it from the same tree and preset"
        );
    }
    try {
        boost::dll::shared_library loaded(
            library, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local
        );
        loaded_for_good().push_back(loaded);
        if (!loaded.has(kFactory)) {
            return refuse(
                std::string("has no function ") + kFactory + ": NAVETTE_CONNECTOR is missing in it"
            );
        }
        std::shared_ptr<sdk::Connector> connector(loaded.get<sdk::Connector*()>(kFactory)());
        if (!connector) {
            return refuse("made no connector");
        }
        return connector;
    } catch (const std::exception& error) {
        return refuse(std::string("failed while it was loaded: ") + error.what());
    } catch (...) {
        return refuse("failed while it was loaded: it threw something that is no std::exception");
    }
}

}  // namespace navette::plugins
