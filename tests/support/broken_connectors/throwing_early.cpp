// A library that throws while it is being loaded, before anybody called it.
#include <navette/sdk/connector.hpp>

#include <stdexcept>

namespace {

struct ThrowingEarly final : navette::sdk::Connector {
    [[nodiscard]] std::string_view slug() const override { return "throwing_early"; }
    navette::sdk::Task<navette::sdk::TestReport> test(navette::sdk::Session&) override {
        co_return navette::sdk::TestReport{};
    }
    navette::sdk::Task<std::vector<navette::sdk::Outcome>>
    push(navette::sdk::Session&, std::vector<navette::sdk::Operation>) override {
        co_return std::vector<navette::sdk::Outcome>();
    }
};

const int kThrows = [] {
    throw std::runtime_error("cannot read its licence");
    return 0;
}();

}  // namespace

NAVETTE_CONNECTOR(ThrowingEarly)
