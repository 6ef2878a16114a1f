#pragma once

// Bytes that were read and not yet used, in one piece. Small while a connection is idle, larger
// while much comes in.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace server {

class read_buffer {
public:
    explicit read_buffer(std::size_t limit) : limit_(limit) {}

    std::string_view bytes() const { return {data_.get() + begin_, end_ - begin_}; }
    bool is_empty() const { return begin_ == end_; }
    bool is_full() const { return end_ - begin_ >= limit_; }

    // Where the next bytes go; never empty unless the buffer is full.
    std::span<char> room()
    {
        if (begin_ == end_)
            begin_ = end_ = 0;
        if (capacity_ == 0)
            resize(idle_capacity);
        if (end_ == capacity_ && begin_ > 0)
            resize(capacity_);
        if (end_ == capacity_)
            resize(std::min(2 * capacity_, limit_));
        return {data_.get() + end_, capacity_ - end_};
    }
    void received(std::size_t n) { end_ += n; }
    void used(std::size_t n) { begin_ += n; }

    // Little is expected for a while, or much at once. Not while room() is being filled.
    void rest()
    {
        if (capacity_ > idle_capacity && is_empty())
            resize(idle_capacity);
    }
    void widen()
    {
        if (capacity_ < limit_ && is_empty())
            resize(limit_);
    }

private:
    static constexpr std::size_t idle_capacity = std::size_t(4) << 10;

    void resize(std::size_t capacity)
    {
        auto const size = end_ - begin_;
        if (capacity == capacity_) {
            std::memmove(data_.get(), data_.get() + begin_, size);
        } else {
            auto data = std::make_unique_for_overwrite<char[]>(capacity);
            if (size)
                std::memcpy(data.get(), data_.get() + begin_, size);
            data_ = std::move(data);
            capacity_ = capacity;
        }
        begin_ = 0;
        end_ = size;
    }

    std::size_t limit_;
    std::unique_ptr<char[]> data_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace server
