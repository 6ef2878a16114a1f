#include "protocol/rpc/line_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace mcp {
namespace {

// What an idle connection costs, and what is given back after a large message.
constexpr std::size_t idle_capacity = std::size_t(8) * 1024;
constexpr std::size_t kept_capacity = std::size_t(64) * 1024;

}  // namespace

line_buffer::line_buffer(std::size_t limit) : limit_(limit) {}

std::span<char> line_buffer::room()
{
    if (begin_ == end_) {
        begin_ = scanned_ = end_ = 0;
        if (capacity_ > kept_capacity || capacity_ == 0)
            resize(idle_capacity);
    }
    if (end_ == capacity_) {
        // A buffer that was filled to the end: more is coming, or the line is long.
        if (begin_ >= capacity_ / 2)
            resize(capacity_);
        else
            resize(std::min(capacity_ * 2, std::max(idle_capacity, 2 * (limit_ + 2))));
    }
    return {data_.get() + end_, capacity_ - end_};
}

void line_buffer::received(std::size_t n)
{
    end_ += n;
}

std::optional<line_buffer::line> line_buffer::next()
{
    while (scanned_ < end_) {
        auto const* found = std::memchr(data_.get() + scanned_, '\n', end_ - scanned_);
        if (!found) {
            scanned_ = end_;
            break;
        }
        auto const newline =
            static_cast<std::size_t>(static_cast<char const*>(found) - data_.get());
        if (auto line = take(newline - begin_, newline + 1 - begin_))
            return line;
    }
    if (skipping_) {
        begin_ = scanned_ = end_;
    } else if (end_ - begin_ > limit_ + 1) {  // one more may be a carriage return
        begin_ = scanned_ = end_;
        skipping_ = true;
        return line{{}, true};
    }
    return std::nullopt;
}

std::optional<line_buffer::line> line_buffer::rest()
{
    if (auto line = next())
        return line;
    if (begin_ == end_)
        return std::nullopt;
    return take(end_ - begin_, end_ - begin_);
}

std::optional<line_buffer::line> line_buffer::take(std::size_t length, std::size_t with_newline)
{
    std::string_view text(data_.get() + begin_, length);
    begin_ += with_newline;
    scanned_ = begin_;
    if (skipping_) {
        skipping_ = false;
        return std::nullopt;
    }
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    if (text.empty())
        return std::nullopt;
    if (text.size() > limit_)
        return line{{}, true};
    return line{text};
}

void line_buffer::resize(std::size_t capacity)
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
    scanned_ -= begin_;
    begin_ = 0;
    end_ = size;
}

}  // namespace mcp
