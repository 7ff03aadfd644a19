#include "daemon/ctl/blocking.hpp"

namespace navette::ctl {

Result<std::shared_ptr<const engine::Integration>> assemble(store::IntegrationRow row, Context& context) {
    const auto inventory = context.inventory();
    if (!inventory) {
        return std::unexpected(inventory.error());
    }
    const auto vault = context.vault();
    if (!vault) {
        return std::unexpected(vault.error());
    }
    auto made = engine::Integration::assemble(std::move(row), **inventory, *vault);
    if (!made) {
        return fail(made.error());
    }
    return std::move(*made);
}

}  // namespace navette::ctl
