// Named locks with the meaning of a database's unique keys and row locks: the second writer waits for the
// first one's transaction to end. First come, first served.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <deque>
#include <map>
#include <string>

namespace navette::standin {

class Locks {
    struct Waiter;

  public:
    /// Holds one name until it is destroyed.
    class Lock {
      public:
        Lock() = default;
        Lock(Lock&& other) noexcept;
        Lock& operator=(Lock&& other) noexcept;
        ~Lock();

      private:
        friend class Locks;
        Lock(Locks& owner, std::string name);

        Locks* owner_ = nullptr;
        std::string name_;
    };

    /// Waits until nobody holds the name. The Locks object must outlive the io_context of the waiters.
    boost::asio::awaitable<Lock> take(std::string name);

  private:
    void release(const std::string& name);

    std::map<std::string, std::deque<Waiter*>> held_;  // each held name and who waits for it
};

}  // namespace navette::standin
