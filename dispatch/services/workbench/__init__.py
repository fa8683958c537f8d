"""The plan workbench: previews of the next plan, drafts of changes, and their commit."""
