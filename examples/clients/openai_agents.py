"""OpenAI Agents for Python (pip install openai-agents): an agent that has the server among its tools.

python3 openai_agents.py "Add rate limiting to the notes API" --project ~/my-app
"""

import asyncio
import sys

from agents import Agent, Runner
from agents.mcp import MCPServerStdio


async def main(task: str, options: list[str]) -> None:
    params = {"command": "nextjs-backend-engineer", "args": options}
    # The default of 5 s is for tools that answer at once. A longer run is handed over, and the agent asks for its result.
    async with MCPServerStdio(params=params, client_session_timeout_seconds=60) as server:
        agent = Agent(name="Developer", instructions="Hand backend work to nextjs_backend_engineer.", mcp_servers=[server])
        result = await Runner.run(agent, task)
        print(result.final_output)


asyncio.run(main(sys.argv[1], sys.argv[2:]))
