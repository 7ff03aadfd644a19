#include "daemon/engine/tailored_manifest.hpp"

#include "daemon/engine/mapping_draft.hpp"

#include <utility>

namespace navette::engine {

core::Result<std::shared_ptr<const config::Manifest>> tailor(
    const std::shared_ptr<const plugins::LoadedConnector>& connector, std::span<const config::TenantRule> own
) {
    if (own.empty()) {
        return std::shared_ptr<const config::Manifest>(connector, &connector->manifest);
    }
    auto tailored = std::make_shared<config::Manifest>(connector->manifest);
    for (const auto& rule : own) {
        if (tailored->object(rule.object) == nullptr) {
            return core::failure(
                core::ErrorKind::invalid, rule.rule.where.file + ": " + no_such_object(*tailored, rule.object)
            );
        }
    }
    for (auto& object : tailored->objects) {
        auto rules = rules_in_force(object, own);
        if (!rules) {
            return core::failure(core::ErrorKind::invalid, rules.error().front().text());
        }
        object.mapping = std::move(*rules);
    }
    return std::shared_ptr<const config::Manifest>(std::move(tailored));
}

}  // namespace navette::engine
