// Third parties (customers) and their contacts.
#pragma once

#include "tests/standin/dolibarr_resource.hpp"

namespace navette::standin {

class Thirdparties final : public DolibarrResource {
  public:
    explicit Thirdparties(DolibarrEnvironment& environment);

  protected:
    Checked<void> complete(Row& row, const boost::json::object& body) override;
    Checked<void> amend(Row& row, const boost::json::object& body) override;
    Checked<void> check_delete(const Row& row) override;
    std::vector<UniqueKey> unique_keys(const Row& row) const override;
    boost::json::object show(const Row& row) const override;
    std::string label_of(const Row& row) const override;

  private:
    Checked<void> settle_code(Row& row);
    std::string next_code() const;
};

class Contacts final : public DolibarrResource {
  public:
    explicit Contacts(DolibarrEnvironment& environment);

  protected:
    Checked<void> complete(Row& row, const boost::json::object& body) override;
    boost::json::object show(const Row& row) const override;
    std::string label_of(const Row& row) const override;
};

}  // namespace navette::standin
