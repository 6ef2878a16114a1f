"""The official Python SDK (pip install mcp): python3 python_sdk.py "Add rate limiting to the notes API" --project ~/my-app"""

import asyncio
import re
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


async def main(task: str, options: list[str]) -> None:
    server = StdioServerParameters(command="nextjs-backend-engineer", args=options)

    async def show(progress: float, total: float | None, message: str | None) -> None:
        print(message, file=sys.stderr)

    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        await session.initialize()

        async def ask(name: str, arguments: dict) -> str:
            result = await session.call_tool(name, arguments, progress_callback=show)
            return "\n".join(one.text for one in result.content if one.type == "text")

        text = await ask("nextjs_backend_engineer", {"task": task})
        # A call that would take longer than its client waits is handed over: the text names the run.
        while "nextjs_backend_engineer_result" in text and (run := re.search(r'run_id "([0-9a-f]{32})"', text)):
            text = await ask("nextjs_backend_engineer_result", {"run_id": run[1]})
        print(text)


asyncio.run(main(sys.argv[1], sys.argv[2:]))
