#include "daemon/ctl/blocking.hpp"

namespace navette::ctl {

Result<std::shared_ptr<outbound::HttpClient>> http_client(boost::asio::io_context& io, Context& context) {
    const auto settings = context.settings();
    if (!settings) {
        return std::unexpected(settings.error());
    }
    auto policy = outbound::AddressPolicy::allowing((*settings)->outbound.allow_private_networks);
    if (!policy) {
        return fail(ExitCode::configuration, "outbound.allow_private_networks: " + policy.error().message);
    }
    return std::make_shared<outbound::HttpClient>(io.get_executor(), std::move(*policy));
}

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
