#include "daemon/engine/catalogue.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace navette::engine {

store::CatalogueEntry catalogue_entry(const config::Manifest& manifest) {
    store::CatalogueEntry entry;
    entry.slug = manifest.slug;
    entry.name = manifest.name;
    entry.category = manifest.category;
    entry.description = manifest.description;
    // The catalogue has room for one: the first alternative.
    switch (manifest.auth.empty() ? config::AuthSpec::Type::none : manifest.auth.front().type) {
        case config::AuthSpec::Type::none:
            entry.auth_type = "none";
            break;
        case config::AuthSpec::Type::api_key:
        case config::AuthSpec::Type::standard_webhooks:  // one secret is entered
            entry.auth_type = "api_key";
            break;
        case config::AuthSpec::Type::basic:
        case config::AuthSpec::Type::oauth1:  // what an administrator enters is the same: a key and its
                                              // secret
            entry.auth_type = "basic";
            break;
        case config::AuthSpec::Type::oauth2:
            entry.auth_type = "oauth2";
            break;
    }
    boost::json::array fields;
    for (const auto& field : manifest.config) {
        fields.push_back(
            {{"name", field.name},
             {"label", field.label},
             {"description", field.description},
             {"required", field.required},
             {"secret", field.type == config::ConfigField::Type::secret},
             {"default", field.fallback}}
        );
    }
    entry.config_fields = boost::json::serialize(fields);
    entry.capabilities = manifest.capabilities;
    // What takes the feed of changes is told by navette.publish_change alone: no event of an application's
    // own goes there, whatever it is called.
    if (std::ranges::find(manifest.capabilities, "changes") != manifest.capabilities.end()) {
        return entry;
    }
    for (const auto& object : manifest.objects) {
        entry.objects.push_back(object.name);
    }
    for (const auto& event : manifest.events) {
        entry.events.push_back(event.event_type);
    }
    return entry;
}

}  // namespace navette::engine
