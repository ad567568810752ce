import * as React from "react";
import { cn } from "@/lib/utils";
export const Button = React.forwardRef<HTMLButtonElement, React.ButtonHTMLAttributes<HTMLButtonElement>>(({ className, ...props }, ref) => <button ref={ref} className={cn("rounded", className)} {...props} />);
