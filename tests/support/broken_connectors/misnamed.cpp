// A connector that names itself otherwise than its file.
#include <navette/sdk/connector.hpp>

namespace {

struct Misnamed final : navette::sdk::Connector {
    [[nodiscard]] std::string_view slug() const override { return "somebody_else"; }
    navette::sdk::Task<navette::sdk::TestReport> test(navette::sdk::Session&) override {
        co_return navette::sdk::TestReport{};
    }
    navette::sdk::Task<std::vector<navette::sdk::Outcome>>
    push(navette::sdk::Session&, std::vector<navette::sdk::Operation>) override {
        co_return std::vector<navette::sdk::Outcome>();
    }
};

}  // namespace

NAVETTE_CONNECTOR(Misnamed)
