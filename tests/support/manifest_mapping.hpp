// A connector's own manifest in its tests: that it loads, and what its default mapping makes of a record.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/sync/mapping.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <string>

namespace navette::support {

/// The manifest of a connector; each mistake in it fails the test.
inline config::Manifest manifest_of(const std::string& slug) {
    const auto loaded = config::load_manifest(
        std::string(NAVETTE_SOURCE_DIR) + "/connectors/" + slug + "/" + slug + ".yaml", std::nullopt
    );
    if (!loaded) {
        for (const auto& problem : loaded.error()) {
            ADD_FAILURE() << problem.text();
        }
        return {};
    }
    for (const auto& object : loaded->objects) {
        const auto mapping = sync::Mapping::compile(object.mapping);
        if (!mapping) {
            for (const auto& problem : mapping.error()) {
                ADD_FAILURE() << object.name << ": " << problem.text();
            }
        }
    }
    return *loaded;
}

/// The platform's object for a record, or what the mapping complains of as {"error": ...}.
inline boost::json::object mapped(
    const config::Manifest& manifest, const std::string& object, const std::string& record
) {
    const auto* spec = manifest.object(object);
    if (spec == nullptr) {
        ADD_FAILURE() << "no object " << object;
        return {};
    }
    const auto mapping = sync::Mapping::compile(spec->mapping);
    const auto made = mapping ? mapping->to_remote(boost::json::parse(record).as_object())
                              : core::Result<boost::json::object>(boost::json::object());
    return made ? *made : boost::json::object{{"error", made.error().message}};
}

}  // namespace navette::support
