// A connector whose constructor throws.
#include <navette/sdk/connector.hpp>

#include <stdexcept>

namespace {

struct Throwing final : navette::sdk::Connector {
    Throwing() { throw std::runtime_error("no licence found"); }
    [[nodiscard]] std::string_view slug() const override { return "throwing"; }
    navette::sdk::Task<navette::sdk::TestReport> test(navette::sdk::Session&) override {
        co_return navette::sdk::TestReport{};
    }
    navette::sdk::Task<std::vector<navette::sdk::Outcome>>
    push(navette::sdk::Session&, std::vector<navette::sdk::Operation>) override {
        co_return std::vector<navette::sdk::Outcome>();
    }
};

}  // namespace

NAVETTE_CONNECTOR(Throwing)
